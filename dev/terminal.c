#include "dev/terminal.h"

#include "dev/dev.h"

#include <unistd.h>

/* A job in the background that reads from its terminal is stopped. */
static bool in_foreground(void)
{
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* Whoever has spent an address, or opened it in the wrong browser, gets another. */
static void renew(struct dev *dev)
{
    char line[256];
    ssize_t n = read(STDIN_FILENO, line, sizeof line);
    if (n <= 0) {
        dev_loop_remove(&dev->loop, &dev->terminal.typed);
        return;
    }
    for (size_t i = 0; i < dev->views.n; i++)
        dev_door_renew_token(&dev->views.list[i].door);
    dev_views_print(&dev->views);
}

static void on_typed(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    if (!in_foreground())
        dev_loop_remove(&dev->loop, &dev->terminal.typed);
    else if (cli_prompt_fd(&dev->terminal.prompt) >= 0 && dev->bridge)
        cli_prompt_read(&dev->terminal.prompt, dev->bridge);
    else
        renew(dev);
}

static void watch_passphrase(struct dev *dev);

static void on_passphrase(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    if (dev->bridge)
        cli_secret_read(&dev->terminal.secret, dev->bridge);
    watch_passphrase(dev);
}

/* The terminal of one is opened for it, and closed when it was typed. */
static void watch_passphrase(struct dev *dev)
{
    struct dev_watch *watch = &dev->terminal.passphrase;
    int fd = cli_secret_fd(&dev->terminal.secret);
    if (fd == watch->fd)
        return;
    dev_loop_remove(&dev->loop, watch);
    *watch = (struct dev_watch){.fd = fd, .ready = on_passphrase, .data = dev};
    if (fd >= 0 && dev_loop_add(&dev->loop, watch, EPOLLIN) < 0)
        watch->fd = -1;
}

void dev_terminal_start(struct dev *dev, const char *answer)
{
    struct dev_terminal *terminal = &dev->terminal;
    (void)cli_prompt_init(&terminal->prompt, answer, false);
    (void)cli_secret_init(&terminal->secret, NULL, false);
    terminal->passphrase = (struct dev_watch){.fd = -1};
    terminal->typed = (struct dev_watch){.fd = STDIN_FILENO, .ready = on_typed, .data = dev};
    if (isatty(STDIN_FILENO) != 1 || dev_loop_add(&dev->loop, &terminal->typed, EPOLLIN) < 0)
        terminal->typed.fd = -1;
}

void dev_terminal_stop(struct dev *dev)
{
    dev_loop_remove(&dev->loop, &dev->terminal.typed);
    dev_loop_remove(&dev->loop, &dev->terminal.passphrase);
    cli_secret_deinit(&dev->terminal.secret);
}

void dev_terminal_ask(struct dev *dev, const struct trollbridge_ask *ask)
{
    cli_prompt_show(&dev->terminal.prompt, dev->bridge, ask);
}

void dev_terminal_ask_secret(struct dev *dev, const struct trollbridge_secret *secret)
{
    cli_secret_show(&dev->terminal.secret, dev->bridge, secret);
    watch_passphrase(dev);
}

void dev_terminal_over(struct dev *dev, uint32_t id)
{
    cli_prompt_over(&dev->terminal.prompt, id);
    cli_secret_over(&dev->terminal.secret, id);
    watch_passphrase(dev);
}

void dev_terminal_forget(struct dev *dev)
{
    cli_prompt_over(&dev->terminal.prompt, dev->terminal.prompt.id);
    cli_secret_over(&dev->terminal.secret, dev->terminal.secret.id);
    watch_passphrase(dev);
}
