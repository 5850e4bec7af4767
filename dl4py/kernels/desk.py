"""Words that threads share: who meets whom, and who has work for whom.

A desk is what a thread shares with the one that gives it work: words for the number of jobs given, whether it sleeps,
the job (list, flags, index, threads), the number of jobs done, and the block of a call of the last one that failed.
Flags are `LINE` words for each thread of a list, of which the first counts the barriers it has reached.
"""

LINE = 16  # words between what two threads write: two cache lines, as processors fetch them in pairs
GIVEN, ASLEEP, JOB, DONE, FAILED = 0, LINE, 2, 2 * LINE, 2 * LINE + 1
DESK = 3 * LINE
