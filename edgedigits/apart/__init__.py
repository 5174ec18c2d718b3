"""Model files asked in a process of its own: a native runtime that crashes ends that process, not this one.

What the children run stands with the backends, ``answering``; nothing here imports one.
"""
