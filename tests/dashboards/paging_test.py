"""Who is paged, and how often: the shipped configuration in the real Alertmanager."""

import time
import unittest

from around import AlertmanagerCase, await_true


class PagingTest(AlertmanagerCase):
    def fire(self, *alerts: dict):
        labelled = [{"labels": {"alertname": "GmeErrorSpike", "severity": "critical", "app": "all", **alert}} for alert in alerts]
        self.alertmanager.post("alerts", labelled)

    def pages(self) -> list[set[str]]:
        """The codes of each page."""
        return [{alert["labels"]["code"] for alert in page["alerts"]} for page in self.receiver.at("/page")]

    def test_an_incident_pages_once_and_a_second_one_at_once(self):
        self.fire({"code": "1005", "region": "eu", "incident": "1"}, {"code": "10004", "region": "all", "incident": "1"})
        await_true("the first page", 30, self.pages)
        self.assertEqual(self.pages(), [{"1005", "10004"}])
        begin = time.monotonic()
        self.fire({"code": "7002", "region": "us", "incident": "2"}, {"code": "1004", "region": "eu", "incident": "1"})
        await_true("the second page", 30, lambda: len(self.pages()) > 1)
        # A code that joins the first incident waits for group_interval, ten minutes.
        self.assertEqual(self.pages(), [{"1005", "10004"}, {"7002"}])
        self.assertLess(time.monotonic() - begin, self.GROUP_WAIT_SECONDS + 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
