create subscription s connection 'host=nowhere' publication a with (connect = false, slot_name = none);
