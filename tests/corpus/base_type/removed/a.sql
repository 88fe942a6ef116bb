create type my_int;
create function my_in(cstring) returns my_int language internal immutable strict as 'int4in';
create function my_out(my_int) returns cstring language internal immutable strict as 'int4out';
create type my_int (input = my_in, output = my_out, like = int4);
