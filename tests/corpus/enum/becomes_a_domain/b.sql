
CREATE DOMAIN level AS text CHECK (VALUE <> '');
CREATE TABLE alarm (level level DEFAULT 'low', levels level[]);
CREATE FUNCTION worst(level[]) RETURNS level LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
