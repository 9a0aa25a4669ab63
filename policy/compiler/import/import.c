#include "policy/compiler/import/import.h"

#include "policy/compiler/check.h"
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/import/parts.h"

void tb_import_add(struct tb_import *import, const struct tb_import_file *file)
{
    import->files =
        tb_arena_grow(import->policy->arena, import->files, import->n_files, sizeof *import->files);
    import->files[import->n_files++] = *file;
}

void tb_import_note(struct tb_import *import, struct tb_place place, const char *format, ...)
{
    struct tb_arena *arena = import->policy->arena;
    va_list list;
    va_start(list, format);
    const char *message = tb_report_format(arena, format, list);
    va_end(list);
    import->notes = tb_arena_grow(arena, import->notes, import->n_notes, sizeof *import->notes);
    import->notes[import->n_notes++] = (struct tb_import_note){place, message};
}

static void pack_files(const struct tb_import *import, struct tb_packer *packer)
{
    tb_pack_key(packer, "files");
    tb_pack_array(packer, import->n_files);
    for (size_t i = 0; i < import->n_files; i++) {
        const struct tb_import_file *file = &import->files[i];
        tb_pack_map(packer, 2);
        tb_pack_key_text(packer, "path", file->path);
        tb_pack_key(packer, file->copy ? "copy" : file->json ? "json" : "text");
        if (file->json)
            tb_value_pack(packer, file->json);
        else
            tb_pack_str(packer, file->copy ? tb_bytes_of_string(file->copy) : file->text);
    }
}

static void pack_notes(const struct tb_import *import, struct tb_packer *packer)
{
    tb_pack_key(packer, "notes");
    tb_pack_array(packer, import->n_notes);
    for (size_t i = 0; i < import->n_notes; i++) {
        const struct tb_import_note *note = &import->notes[i];
        tb_pack_map(packer, 3);
        tb_pack_key_text(packer, "file", note->place.file ? note->place.file : "");
        tb_pack_key_uint(packer, "line", note->place.line);
        tb_pack_key_text(packer, "message", note->message);
    }
}

bool tb_import_write(struct tb_policy *policy, struct tb_buffer *out)
{
    struct tb_import import = {.policy = policy, .conf = policy->tauri};
    struct tb_packer packer;
    if (!policy->tauri && policy->report->n_errors == 0)
        tb_report_error(policy->report, "manifest", (struct tb_place){"tauri.conf.json", 0},
                        "the folder has no such file: name the src-tauri folder of a Tauri "
                        "project");
    if (policy->report->n_errors == 0) {
        tb_import_policy_files(&import);
        tb_import_notes(&import);
        tb_import_plugins(&import);
        tb_import_manifest(&import);
    }
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, 4);
    pack_files(&import, &packer);
    pack_notes(&import, &packer);
    tb_check_write_findings(policy->report, false, &packer);
    tb_check_write_findings(policy->report, true, &packer);
    return !packer.failed;
}
