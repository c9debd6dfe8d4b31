"""How the schema came to be, one revision a file in `versions/`, run by `station master upgrade`.

The number of the newest revision is `SCHEMA_VERSION`. A revision is written once, for the master; on the replica the
operations of `ops.py` leave out what a replica has not (foreign keys, checks, unique rules) and put `shop_id` first.
"""
