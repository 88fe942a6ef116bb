create subscription s connection 'host=nowhere' publication b, c with (connect = false, slot_name = none, binary, disable_on_error);
