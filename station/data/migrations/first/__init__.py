"""The 49 tables as revision 0001 makes them. What changed since stands in the revisions after it; nothing changes here."""
