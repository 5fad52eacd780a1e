"""Keeps the VRFs of FRR equal to the running datastore of netconfd.

    __main__   when to look: notifications, and a slow poll below them
    netconf    a NETCONF session on the router itself
    model      what a VRF shall be, read from NETCONF's XML
    routemap   the export route map that says it in FRR's words
    bgpd       what FRR has, and commands to it
    sync       from one to the other
    status     how far FRR has come, for netconfd to tell
"""
