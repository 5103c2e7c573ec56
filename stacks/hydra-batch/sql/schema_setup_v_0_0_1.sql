-- The tables of Hydra's jobs. What is there is dropped first, children before parents, so this must run once and not again.
DROP TABLE IF EXISTS job_event;
DROP TABLE IF EXISTS job_event_type;
DROP TABLE IF EXISTS job_attribute;
DROP TABLE IF EXISTS job;
DROP TABLE IF EXISTS job_type;
DROP TABLE IF EXISTS schema_info;

-- Which version of the schema this is.
CREATE TABLE schema_info (
  version VARCHAR(32) NOT NULL PRIMARY KEY,
  installed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
INSERT INTO schema_info (version) VALUES ('0.0.1');

-- What a job is for.
CREATE TABLE job_type (
  id INT NOT NULL PRIMARY KEY,
  name VARCHAR(64) NOT NULL UNIQUE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
INSERT INTO job_type (id, name) VALUES (1, 'training'), (2, 'tuning'), (3, 'inference'), (4, 'other');

-- A job as it was submitted; one that belongs to another names that as its parent.
CREATE TABLE job (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) NOT NULL UNIQUE,
  parent_id BIGINT NULL,
  type_id INT NOT NULL,
  name VARCHAR(255) NOT NULL,
  args JSON NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT job_parent FOREIGN KEY (parent_id) REFERENCES job (id),
  CONSTRAINT job_of_type FOREIGN KEY (type_id) REFERENCES job_type (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What else is known of a job.
CREATE TABLE job_attribute (
  job_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  value TEXT NULL,
  PRIMARY KEY (job_id, name),
  CONSTRAINT attribute_of_job FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The states that AWS Batch takes a job through.
CREATE TABLE job_event_type (
  id INT NOT NULL PRIMARY KEY,
  name VARCHAR(64) NOT NULL UNIQUE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
INSERT INTO job_event_type (id, name) VALUES
  (1, 'SUBMITTED'), (2, 'PENDING'), (3, 'RUNNABLE'), (4, 'STARTING'), (5, 'RUNNING'), (6, 'SUCCEEDED'), (7, 'FAILED');

-- When a job came into a state.
CREATE TABLE job_event (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  job_id BIGINT NOT NULL,
  type_id INT NOT NULL,
  happened_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  message TEXT NULL,
  CONSTRAINT event_of_job FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
  CONSTRAINT event_of_type FOREIGN KEY (type_id) REFERENCES job_event_type (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
