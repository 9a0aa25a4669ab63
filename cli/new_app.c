#include "cli/new_app.h"

#include "base/fd.h"
#include "cli/cli.h"
#include "cli/new_folder.h"
#include "cli/new_template.h"

#include <stdio.h>
#include <string.h>

struct file {
    const char *from;
    const char *to; /* NULL: the same */
};

struct kind {
    const char *name;
    const char *about;
    const char *build; /* what to type before it can be run; NULL: nothing */
    const struct file *files;
    size_t n_files;
};

static const struct file vanilla_files[] = {
    {"README.md", NULL},      {"trollbridge.toml", NULL}, {"capabilities/main.json", NULL},
    {"data/note.txt", NULL},  {"dist/index.html", NULL},  {"dist/main.js", NULL},
    {"dist/style.css", NULL}, {"policy.test.toml", NULL},
};

/* Files whose name begins with a dot would be passed over by what copies the templates. */
static const struct file vite_files[] = {
    {"README.md", NULL},     {"trollbridge.toml", NULL},  {"capabilities/main.json", NULL},
    {"data/note.txt", NULL}, {"package.json", NULL},      {"package-lock.json", NULL},
    {"index.html", NULL},    {"vite.config.js", NULL},    {"src/main.js", NULL},
    {"src/style.css", NULL}, {"gitignore", ".gitignore"}, {"policy.test.toml", NULL},
};

static const struct kind kinds[] = {
    {"vanilla", "an app of plain HTML, CSS and modules", NULL, vanilla_files,
     TB_ARRAY_LEN(vanilla_files)},
    {"vite", "an app built by Vite, on Tauri's npm packages", "npm ci && npm run build", vite_files,
     TB_ARRAY_LEN(vite_files)},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static int write_files(const struct kind *kind, const char *name, int folder)
{
    const struct new_mark mark = {"@NAME@", name};
    const struct new_template template = {kind->name, &mark, 1};
    int status = CLI_DONE;
    for (size_t i = 0; i < kind->n_files && status == CLI_DONE; i++) {
        const struct file *file = &kind->files[i];
        status =
            new_template_write(&template, folder, file->from, file->to ? file->to : file->from);
    }
    return status;
}

static void print_next(const char *folder, const struct kind *kind)
{
    printf("%s: %s\n", folder, kind->about);
    if (kind->build)
        printf("next: cd %s && %s\n"
               "      trollbridge run .\n"
               "      trollbridge dev .  (in a browser, beside `npm run dev`)\n",
               folder, kind->build);
    else
        printf("next: trollbridge run %s\n"
               "      trollbridge dev %s  (in a browser)\n",
               folder, folder);
}

int new_app(const char *path, const char *template)
{
    char name[NEW_NAME_MAX + 1];
    tb_fd folder = -1;
    const struct kind *kind = find_kind(template ? template : "vanilla");
    if (!kind)
        return cli_usage("new", "there is no template %s: write vanilla or vite", template);
    int status = new_template_name(path, "app", name);
    if (status == CLI_DONE)
        status = new_folder_open(path, &folder);
    if (status == CLI_DONE)
        status = write_files(kind, name, folder);
    if (status == CLI_DONE)
        print_next(path, kind);
    return status;
}
