CREATE TABLE z_animal (name text DEFAULT 'none', legs integer NOT NULL);
CREATE TABLE m_bird () INHERITS (z_animal);
CREATE TABLE a_duck () INHERITS (m_bird);

ALTER TABLE z_animal ALTER COLUMN name SET DEFAULT 'animal', ALTER COLUMN legs SET STATISTICS 5;
ALTER TABLE m_bird ALTER COLUMN name DROP DEFAULT;
ALTER TABLE a_duck ALTER COLUMN name SET DEFAULT 'duck';
