"""Which errors are a config's, and which are ours."""

from __future__ import annotations

import pytest
from mmengine.registry import Registry

from mmsynloc.engine.config_errors import config_errors
from mmsynloc.utils import UserError

THINGS = Registry("things", locations=[__name__])


@THINGS.register_module()
class Circle:
    def __init__(self, radius: int) -> None:
        self.area = radius * radius

    def full_init(self) -> None:
        raise KeyError("a defect while reading data")


@THINGS.register_module()
class Data:
    def __init__(self) -> None:
        Circle(1).full_init()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(type="Circel"), "Circel cannot be built: KeyError: Circel is not in the"),
        (dict(type="Circle"), "Circle cannot be built: TypeError: .*radius"),
        (dict(type="Circle", radius=1, colour=2), "Circle cannot be built: TypeError: .*colour"),
        (dict(type="Circle", radius="a"), "Circle cannot be built: TypeError: can't multiply"),
        (dict(radius=1), "things cannot be built|cannot be built: KeyError"),
    ],
)
def test_config_errors__a_module_that_cannot_be_built(settings, message):
    with pytest.raises(UserError, match=rf"^mine\.py: .*({message})") as caught, config_errors("mine.py"):
        THINGS.build(settings)
    assert "\n" not in str(caught.value)


def test_config_errors__defects_keep_their_traceback():
    with pytest.raises(ZeroDivisionError), config_errors("mine.py"):
        _ = 1 / 0
    with pytest.raises(KeyError), config_errors("mine.py"):
        THINGS.build(dict(type="Data"))


def test_config_errors__user_errors_pass():
    with pytest.raises(UserError, match=r"^as it is$"), config_errors("mine.py"):
        raise UserError("as it is")


def test_config_errors__an_interrupt_stays_one():
    with pytest.raises(KeyboardInterrupt), config_errors("mine.py"):  # noqa: PT012
        try:
            raise KeyboardInterrupt
        except:  # noqa: E722  as MMEngine does around the formatting of a config
            raise SyntaxError("Failed to format the config file")  # noqa: B904
