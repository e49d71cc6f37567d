"""What to look for in each MIT-BIH record: the project's own notes, from its annotations and its header.

English; the catalogue has them in other languages.
"""

from __future__ import annotations

RECORD_NOTES = {
    "100": (
        "A calm record: normal beats, 33 atrial premature beats, and one single ventricular beat, at 25:18.9. "
        "Look for the P wave that comes early."
    ),
    "101": (
        "Almost all normal, with three atrial premature beats. The experts left two beats unclassified, at 5:18 "
        "and 14:16."
    ),
    "102": (
        "A pacemaker's record without lead MLII. Paced beats are wide; from 1:47 the person's own rhythm takes "
        "over for a minute."
    ),
    "103": (
        "Normal beats throughout and only two atrial premature ones, at 19:21 and 22:40. A good reference for "
        "normal beats."
    ),
    "104": (
        "Paced and natural beats compete at nearly one rate, so 666 beats are fusions of both. Their shape slides "
        "from one to the other."
    ),
    "105": (
        "A test of noise: the beats are mostly normal, but bursts of artifact look like ventricular beats. There "
        "are 41 real ones."
    ),
    "106": (
        "Ventricular beats of several shapes, 520 of them; about a quarter of the time each second beat is one "
        "(bigeminy), longest from 12:26."
    ),
    "107": (
        "Paced throughout because of complete heart block. The 59 ventricular beats come on top of it, in several "
        "shapes."
    ),
    "108": (
        "Slow and uneven, and lead V1 drifts and is noisy. Eleven P waves are blocked: they stand alone, without "
        "a QRS complex."
    ),
    "109": (
        "Left bundle branch block: every ordinary beat is wide. The 38 ventricular beats must be told by timing "
        "and shape, not by width."
    ),
    "111": (
        "Left bundle branch block with excellent signals and one ventricular beat, at 8:37.6. A good reference "
        "for the class L."
    ),
    "112": (
        "Normal rhythm with a depressed ST segment in MLII. The shape after the QRS complex is unusual; the beats "
        "are normal."
    ),
    "113": (
        "A young heart whose rate breathes between 50 and 80 a minute. Six early beats take an aberrant path: "
        "find one at 0:24."
    ),
    "114": (
        "MLII is the second channel here: leads must be taken by name. Look at 11:39 for five seconds of fast "
        "atrial beats."
    ),
    "115": "1,953 beats, all normal. Whatever a model calls anything else here is a false alarm.",
    "116": "Normal rhythm with 109 ventricular beats of two shapes; two of them in a row at 10:07.",
    "117": "Slow and very regular, at 51 a minute; a single atrial premature beat stands at 12:06.5.",
    "118": (
        "Right bundle branch block, with 96 atrial premature beats that keep its shape: their timing and their "
        "P waves give them away."
    ),
    "119": (
        "Ventricular beats of one shape, often in bigeminy (each second beat) and trigeminy (each third). Look at "
        "the full pause after each."
    ),
    "121": (
        "A steady rhythm at 60 a minute. At 16:51 comes the only atrial premature beat, and two beats later the "
        "only ventricular one."
    ),
    "122": "2,476 normal beats and nothing else; lead V1 is noisy. A model should stay silent.",
    "123": "A slow rhythm and three ventricular beats that squeeze between two normal ones without a pause. See 25:16.",
    "124": (
        "Right bundle branch block. From 5:12 the ventricles beat on their own 18 times in a row, hardly faster "
        "than the rest: an early beat is not the only sign."
    ),
    "200": (
        "Almost half of the time in bigeminy, with 826 ventricular beats of several shapes and short runs, the "
        "longest at 15:45."
    ),
    "201": (
        "Atrial fibrillation gives way to normal rhythm and long stretches of trigeminy; its ventricular beats "
        "come late. The same person as 202."
    ),
    "202": (
        "The same person as 201: normal rhythm for the first 19 minutes, then mostly fibrillation and flutter of "
        "the atria, where no RR interval equals the next."
    ),
    "203": (
        "Hard even for people: atrial fibrillation and flutter, drifting axis, noise, and 444 ventricular beats; "
        "21 short tachycardias."
    ),
    "205": (
        "Normal rhythm, then ventricular tachycardia six times: 13 beats in a row from 24:26. Watch how the rate jumps."
    ),
    "207": (
        "An extremely hard record: left and right bundle branch block by turns, and ventricular flutter at 25:40, "
        "which has no single beats to annotate."
    ),
    "208": (
        "992 ventricular beats and 373 fusions of ventricular and normal beats, often in pairs and threes. The "
        "fusion beats belong to no class of the model."
    ),
    "209": (
        "383 atrial premature beats, many in runs of fast rhythm, the longest from 9:15. Their shape is much like "
        "a normal beat's."
    ),
    "210": (
        "Atrial fibrillation nearly throughout: no P waves, uneven RR intervals. Prematurity alone says little "
        "here, even for the 194 ventricular beats."
    ),
    "212": (
        "Right bundle branch block that comes and goes with the rate: above about 90 a minute beats turn wide. "
        "Compare both shapes in one person."
    ),
    "213": "Late ventricular beats meet normal ones and fuse: 362 fusions, of every shape between the two.",
    "214": "Left bundle branch block and 256 ventricular beats, some in trigeminy, three in a row at 5:42.",
    "215": "A fast rhythm, 113 a minute, with 164 ventricular beats of several shapes among the crowded normal ones.",
    "217": (
        "Paced beats, with atrial fibrillation where the pacemaker rests, and 162 ventricular beats. Paced beats "
        "are wide as well."
    ),
    "219": "Atrial fibrillation that stops and starts; after some stops the heart waits three seconds, as at 22:13.",
    "220": (
        "Normal rhythm with 94 atrial premature beats, eight times as short bursts, as at 20:34. Only timing and "
        "P wave tell."
    ),
    "221": "Atrial fibrillation with 396 ventricular beats, mostly of one shape: wide beats on an uneven rhythm.",
    "222": (
        "The rhythm changes over a hundred times: sinus rhythm, atrial flutter, and nodal escape beats after the "
        "flutter stops."
    ),
    "223": (
        "Ventricular tachycardia that is slow: 97 beats in a row from 9:38, in two alternating directions. Rate "
        "alone would miss it."
    ),
    "228": (
        "362 ventricular beats, a fifth of the time in bigeminy, longest from 5:42. The recording tape slipped "
        "three times."
    ),
    "230": (
        "Pre-excitation comes and goes 103 times: a slurred start of the QRS complex (delta wave). The experts "
        "still call these beats normal."
    ),
    "231": (
        "Conduction fails step by step: right bundle branch block depending on rate, and stretches in which every "
        "second P wave is blocked."
    ),
    "232": (
        "1,382 atrial premature beats between pauses of up to 5.9 s, longest at 17:31: here the premature beats "
        "are the rule."
    ),
    "233": "831 ventricular beats of several shapes, alone, in pairs and in threes; short tachycardias, as at 22:32.",
    "234": (
        "Normal rhythm; at 14:05 a fast nodal rhythm of 50 beats starts and ends abruptly, with hardly a change "
        "of shape."
    ),
}
"""The note of each record, by its name; times are minutes and seconds from the start."""
