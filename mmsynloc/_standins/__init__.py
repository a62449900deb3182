"""Stand-ins for packages that are absent; :mod:`mmsynloc.compat` decides where they are used."""
