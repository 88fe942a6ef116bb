
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE paint (z colour[] DEFAULT '{red}', first colour);
CREATE FUNCTION first_of(colour[]) RETURNS colour LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
