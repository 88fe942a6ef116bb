create subscription s connection 'host=nowhere dbname=x' publication a, b with (connect = false, enabled = false, slot_name = none, binary, streaming, synchronous_commit = local);
comment on subscription s is 'x';
