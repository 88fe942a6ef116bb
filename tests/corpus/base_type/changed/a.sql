create type my_text;
create function my_in(cstring) returns my_text language internal immutable strict as 'textin';
create function my_out(my_text) returns cstring language internal immutable strict as 'textout';
create type my_text (input = my_in, output = my_out, storage = plain);
