"""Reading the tools into the mirror: one run per connection, in steps that survive a kill at any line."""

from pmbridge.sync.result import ConnectionOutcome, Progress, SyncResult
from pmbridge.sync.run import Job, Options, run_connection

__all__ = ["ConnectionOutcome", "Job", "Options", "Progress", "SyncResult", "run_connection"]
