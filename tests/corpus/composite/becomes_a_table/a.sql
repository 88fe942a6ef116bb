
CREATE TYPE part AS (id integer, name text);
CREATE TABLE whole (one part, more part[]);
