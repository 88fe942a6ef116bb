create transform for int language plpgsql (from sql with function prsd_lextype(internal));
create function f(int) returns int transform for type int language plpgsql as 'begin return 1; end';
