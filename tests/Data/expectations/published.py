"""What others say of a set, which has to agree before a golden is written."""

from decimal import Decimal

import numpy


def published(*claims):
    """Claims are (who says what, the numbers, the same as computed here), which are equal when rounded to the digits that were said."""
    for source, said, found in claims:
        for number, other in zip(said if isinstance(said, list) else [said], numpy.atleast_1d(found).tolist(), strict=True):
            half = 0.5 * 10.0 ** Decimal(repr(number)).as_tuple().exponent
            assert abs(number - other) <= half * 1.001, f"{source}: {number}, and here {other}"
    return {source: said for source, said, _ in claims}
