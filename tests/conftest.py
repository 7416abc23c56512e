"""Property tests have no deadline: a busy machine is slow, not wrong."""

from hypothesis import settings

settings.register_profile("understudy", deadline=None)
settings.load_profile("understudy")
