CREATE FUNCTION o(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select $1';
CREATE OPERATOR ~+ (leftarg = int, rightarg = int, function = o);
CREATE TABLE t (i int, g int GENERATED ALWAYS AS (i ~+ 3) STORED, d int);
