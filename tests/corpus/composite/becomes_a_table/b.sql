
CREATE TABLE part (id integer, name text);
CREATE TABLE whole (one part, more part[]);
