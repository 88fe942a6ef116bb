create type text_range as range (subtype = text, subtype_opclass = text_pattern_ops);
