"""The error report as one HTML page: charts, pictures of the worst images, and the template."""

from mmsynloc.visualization.error_report.page import render_page, save_page

__all__ = ["render_page", "save_page"]
