create type float_range as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = floats);
create table t (r float_range, m floats);
comment on type float_range is 'x';
