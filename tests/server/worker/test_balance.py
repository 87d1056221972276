"""Who lets whom go first."""

from __future__ import annotations

from addsup.server.worker.balance import NO_ENTRY, Balance


def test_a_worker_with_more_connections_than_another_is_ahead() -> None:
    balance = Balance(4)
    first, second = balance.join(), balance.join()

    balance.show(first, 2)
    balance.show(second, 1)

    assert balance.is_ahead(first)
    assert not balance.is_ahead(second)


def test_equal_workers_are_not_ahead_of_each_other() -> None:
    balance = Balance(4)
    entries = [balance.join(), balance.join()]

    assert not any(map(balance.is_ahead, entries))


def test_a_worker_that_has_left_does_not_count_and_its_entry_is_used_again() -> None:
    balance = Balance(2)
    first, second = balance.join(), balance.join()
    balance.show(first, 5)

    balance.leave(second)

    assert not balance.is_ahead(first)
    assert balance.join() == second


def test_a_worker_without_an_entry_is_never_ahead() -> None:
    balance = Balance(1)
    balance.join()

    entry = balance.join()
    balance.show(entry, 9)
    balance.leave(entry)

    assert entry == NO_ENTRY
    assert not balance.is_ahead(entry)
