
CREATE TYPE shade AS ENUM ('red', 'green', 'blue');
CREATE TABLE paint (z shade[] DEFAULT '{red}', first shade);
CREATE FUNCTION first_of(shade[]) RETURNS shade LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
