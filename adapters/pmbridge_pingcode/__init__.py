"""PingCode: enterprise and user tokens, both dialects of its REST API (``/v1/pjm`` and ``/v1/project``)."""
