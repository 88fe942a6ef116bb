CREATE FUNCTION k(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select $1';
CREATE TABLE q (x int, d int DEFAULT k(3), CHECK (k(x) > 0));
