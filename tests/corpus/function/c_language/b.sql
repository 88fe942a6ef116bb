create function my_int4pl(int, int) returns int language internal immutable strict as 'int4pl';
