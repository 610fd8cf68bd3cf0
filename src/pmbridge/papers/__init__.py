"""Papers that a client signs: the requirement document, the change form, the acceptance form and certificate."""

from pmbridge.papers.acceptance import acceptance_paper
from pmbridge.papers.change import change_paper
from pmbridge.papers.paper import Paper, PaperFrame, render_html, render_markdown
from pmbridge.papers.requirements import requirements_paper

__all__ = [
    "Paper",
    "PaperFrame",
    "acceptance_paper",
    "change_paper",
    "render_html",
    "render_markdown",
    "requirements_paper",
]
