create procedure p(inout a int) language plpgsql as 'begin end';
