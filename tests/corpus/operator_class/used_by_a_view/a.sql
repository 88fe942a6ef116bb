CREATE FUNCTION clt(point, point) RETURNS bool LANGUAGE sql IMMUTABLE AS 'select $1 << $2';
CREATE FUNCTION ceq(point, point) RETURNS bool LANGUAGE sql IMMUTABLE AS 'select $1 << $2';
CREATE FUNCTION ccmp(point, point) RETURNS int LANGUAGE sql IMMUTABLE AS 'select 0';
CREATE OPERATOR <<! (leftarg = point, rightarg = point, function = clt);
CREATE OPERATOR ==! (leftarg = point, rightarg = point, function = ceq);
CREATE TABLE t (c point);
