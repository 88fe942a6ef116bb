
CREATE FUNCTION a_compare(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $2 - $1';
CREATE OPERATOR CLASS down FOR TYPE integer USING btree AS OPERATOR 1 >, OPERATOR 3 =, FUNCTION 1 a_compare(integer, integer);
CREATE TABLE t (id integer);
CREATE INDEX t_down ON t (id down);
