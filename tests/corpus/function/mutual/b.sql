create function a(int) returns int language plpgsql as 'begin return b($1); end';
create function b(int) returns int language sql as 'select a($1)';
