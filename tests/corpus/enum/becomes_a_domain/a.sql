
CREATE TYPE level AS ENUM ('low', 'high');
CREATE TABLE alarm (level level DEFAULT 'low', levels level[]);
CREATE FUNCTION worst(level[]) RETURNS level LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
