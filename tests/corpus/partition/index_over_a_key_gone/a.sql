CREATE TABLE reading (site text, at integer) PARTITION BY LIST (site);
CREATE TABLE reading_n PARTITION OF reading (CONSTRAINT reading_n_key PRIMARY KEY (site, at)) FOR VALUES IN ('n');

CREATE UNIQUE INDEX reading_by_site ON reading (site, at);
