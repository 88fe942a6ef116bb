CREATE TABLE stays (id integer);

CREATE TABLE parcel (weight integer);
CREATE FUNCTION is_light(parcel) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.weight < 10';
ALTER TABLE parcel ADD CONSTRAINT light CHECK (is_light(parcel.*));
CREATE INDEX parcel_light ON parcel (is_light(parcel.*));
CREATE POLICY light ON parcel USING (is_light(parcel.*));
