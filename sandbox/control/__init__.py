"""The control API: act as any member, look at everything, switch faults. Loopback only, no token."""
