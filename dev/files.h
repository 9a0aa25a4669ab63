/* Answers out of the frontend's folder. */
#pragma once

#include "dev/connection.h"
#include "dev/document.h"

/*
 * Answers with the file that the path means: a document of HTML is read and written anew, with the
 * script if there is one. 0, or -1: the connection is to be closed.
 */
tb_must_check int dev_files_answer(struct dev_connection *connection, const char *path,
                                   const struct dev_script *script);

/* Whether the path means a document of HTML that is there. */
bool dev_files_is_document(const struct dev *dev, const char *path);
