"""plotly.js, as plotly.py brings it. The only importer of plotly."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

from ptmscope.errors import Misuse

#: The bundle adds styles for maps, unless there is an element with their id.
_STYLES = re.compile(r'document\.getElementById\("([0-9a-f]{64})"\)')


def require_plotly() -> None:
    """Raises Misuse where what a report needs is not installed."""
    if any(find_spec(name) is None for name in ("plotly", "jinja2")):
        raise Misuse("a report needs plotly and Jinja2: pip install 'ptmscope[report]'")


@cache
def plotly() -> str:
    """The whole of it, about 5 MB: the smaller builds draw no Sankey diagrams."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script.replace("</script", "<\\/script")


def style_ids() -> tuple[str, ...]:
    """Ids of elements without which the bundle would add styles that no policy of ours allows."""
    return tuple(sorted(set(_STYLES.findall(plotly()))))
