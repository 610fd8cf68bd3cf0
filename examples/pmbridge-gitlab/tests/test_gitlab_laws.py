"""GitLab obeys the laws of every adapter: ``python -m pytest`` in this folder, once the plugin is installed."""

from pmbridge.testing.laws import AdapterLaws
from pmbridge_gitlab.sandbox import GitLabSandbox


class TestGitLab(AdapterLaws):
    sandbox_class = GitLabSandbox
