create type text_range as range (subtype = text, collation = "C");
