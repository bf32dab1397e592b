"""The command that answers questions of other programs: `ptmscope mcp`."""

from __future__ import annotations

import click


@click.command()
@click.argument("folders", metavar="FOLDER...", type=click.Path(), nargs=-1, required=True)
@click.option("--study", type=click.Path(), metavar="DIR", help="What questions about usage are answered from.")
def mcp(folders: tuple[str, ...], study: str | None) -> None:
    """Answers questions of editors and assistants about the code in FOLDERs, over the Model Context Protocol.

    \b
    ptmscope mcp .
    ptmscope mcp app service --study study

    \b
    models_used        which models a folder loads, where, and how their ids get there
    explain            why the call on a line loads what it loads
    model_usage        how a model is used in the study: ways, examples, arguments
    patterns           ways of use that recur
    pattern_example    code for one of them
    compare            models, tasks or libraries side by side

    Speaks on standard input and output; programs start it (docs/mcp.md says how). Nothing is written, run or looked up
    online, and no file outside of the folders and the study is read. Without --study, questions about usage are
    answered from the folders. Needs `ptmscope[mcp]`. Exit codes: 0 done, 2 misuse.
    """
    from ptmscope.mcp_server.sources import Sources

    sources = Sources.of(folders, study)
    from ptmscope.mcp_server.server import serve  # the SDK takes its time

    serve(sources)
