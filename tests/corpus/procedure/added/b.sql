create procedure p(in a int, inout b int default 1) language plpgsql security definer as 'begin b := a; end';
comment on procedure p is 'x';
