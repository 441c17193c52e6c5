"""A controller in Python behind a socket of evsim, which `evsim hil SCENARIO --link LINK.json` opens.

    from evsim_link import Link

    link = Link("tcp://127.0.0.1:4815", role="vcu", name="pedal to torque",
                inputs=["accelerator", "v km/h"], outputs=["tau.rear Nm"])
    for step in link:
        step.answer({"tau.rear": 300.0 * step["accelerator"]})

Time is the simulator's: it waits for each answer. The loop ends when the run does; `link.runs()` goes on with the next
ones. docs/link_protocol.md describes the messages; `evsim describe interface ROLE` lists the signals.
"""
import dataclasses
import hmac
import math
import os
import re
import select
import socket
import struct
import time
import zlib

MAGIC = 0x314C5645  # "EVL1"
HELLO, WELCOME, REFUSED, STEP, ANSWER, BYE, CHALLENGE, PROOF = range(1, 9)
_HEAD = struct.Struct("<IIIIqIII")  # magic, type, length, sequence, time, session, schema, 0
_HEADER = 40
_LONGEST = 8192
_AGAIN = 1.0  # between two hellos over datagrams, and two tries to connect [s]


class Refused(Exception):
    """The simulator does not take this controller, and says why."""


class NotEvsim(Exception):
    """What came is no message of this protocol."""


class Lost(Exception):
    """The connection dropped within a run."""


@dataclasses.dataclass
class Message:
    type: int
    sequence: int = 0
    session: int = 0
    schema: int = 0
    time_ns: int = 0
    payload: bytes = b""

    def encoded(self):
        head = _HEAD.pack(MAGIC, self.type, len(self.payload), self.sequence, self.time_ns, self.session, self.schema, 0)
        return head + struct.pack("<I", zlib.crc32(self.payload, zlib.crc32(head))) + self.payload


def decoded(data):
    """The first message of the bytes and its length, or None where there is none yet."""
    if len(data) < _HEADER:
        return None
    magic, kind, length, sequence, t, session, schema, _ = _HEAD.unpack_from(data)
    if magic != MAGIC or length > _LONGEST:
        raise NotEvsim("no message of this version")
    if len(data) < _HEADER + length:
        return None
    payload = bytes(data[_HEADER:_HEADER + length])
    if struct.unpack_from("<I", data, 36)[0] != zlib.crc32(payload, zlib.crc32(bytes(data[:36]))):
        raise NotEvsim("a message with a wrong CRC")
    return Message(kind, sequence, session, schema, t, payload), _HEADER + length


class _Pipes:
    """fifo:///PATH as a socket: reads PATH.in, writes PATH.out. Raises OSError where no simulator listens."""

    def __init__(self, path):
        self._timeout = None
        self._in = os.open(path + ".in", os.O_RDONLY | os.O_NONBLOCK)
        try:
            self._out = os.open(path + ".out", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            os.close(self._in)
            raise

    def settimeout(self, seconds):
        self._timeout = seconds

    def recv(self, size):
        if not select.select([self._in], [], [], self._timeout)[0]:
            raise TimeoutError
        return os.read(self._in, size)

    def send(self, data):
        return os.write(self._out, data)

    def close(self):
        os.close(self._in)
        os.close(self._out)


class Step:
    """Inputs at an instant of simulated time: step["v"], step.t [s]. Answer it once."""

    def __init__(self, link, message):
        self._link, self._message = link, message
        self.ticks, _, self.valid = struct.unpack_from("<IIQ", message.payload)
        names = link.input_names
        values = struct.unpack_from(f"<{len(names)}d", message.payload, 16)
        self.inputs = dict(zip(names, values))
        self.time_ns = message.time_ns
        self.t = 1e-9 * message.time_ns

    def __getitem__(self, name):
        return self.inputs[name]

    def answer(self, outputs):
        """outputs: name to value; those that are left out keep what they were."""
        unknown = set(outputs) - set(self._link.output_names)
        if unknown:
            raise KeyError(f"not among the outputs of the hello: {', '.join(sorted(unknown))}")
        mask, values = 0, []
        for i, name in enumerate(self._link.output_names):
            mask |= (name in outputs) << i
            values.append(float(outputs.get(name, math.nan)))
        self._link._answer(self._message, struct.pack(f"<Q{len(values)}d", mask, *values))


class Link:
    """A connection to a role of the simulator. Signals: "NAME" in SI, or "NAME UNIT"."""

    def __init__(self, at, role, name="a Python controller", inputs=(), outputs=(), config=(), unit="", patience=30.0,
                 secret=b""):
        """at: as the simulator shows it. patience: wall-clock time that connecting may take [s]. secret: bytes, or text,
        where the link file has a secret_file. Raises ValueError; as it is iterated over Refused, Lost, NotEvsim, OSError."""
        if not re.fullmatch(r"(unix|fifo)://.+|(tcp|udp)://[^/]*:\d+", at):
            raise ValueError(f"got {at}, must be tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or fifo:///PATH")
        self.at, self.patience = at, patience
        self._secret = secret.encode() if isinstance(secret, str) else bytes(secret)
        self.input_names = [s.split()[0] for s in inputs]
        self.output_names = [s.split()[0] for s in outputs]
        self._config_names = [s.split()[0] for s in config]
        lines = [f"role {role}", f"name {name}"] + ([f"unit {unit}"] if unit else [])
        lines += [f"config {s}" for s in config] + [f"in {s}" for s in inputs] + [f"out {s}" for s in outputs]
        self._hello = ("\n".join(lines) + "\n").encode()
        self._schema = zlib.crc32(self._hello)
        self.config, self.T_s, self.text = {}, math.nan, ""
        self._session, self._answered, self._last = 0, None, None
        self._socket, self._data, self._datagrams = None, bytearray(), at.startswith("udp://")

    # ---- A run ------------------------------------------------------------------------------------

    def __iter__(self):
        """The steps of one run."""
        if self._session == 0:
            self._join()
        while True:
            message = self._receive()
            if message is None:
                continue
            if message.type == BYE and message.session == self._session:
                self._session = 0
                return
            if message.type == STEP:
                yield Step(self, message)

    def runs(self):
        """Each run's steps, as long as the simulator is there."""
        while True:
            yield iter(self)

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # ---- Inside -----------------------------------------------------------------------------------

    def _connect(self):
        deadline = time.monotonic() + self.patience
        while True:
            try:
                if self.at.startswith("fifo://"):
                    s = _Pipes(self.at[len("fifo://"):])
                elif self.at.startswith("unix://"):
                    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                    s.connect(self.at[len("unix://"):])
                else:
                    host, port = self.at.split("://", 1)[1].rsplit(":", 1)
                    kind = socket.SOCK_DGRAM if self._datagrams else socket.SOCK_STREAM
                    s = socket.socket(socket.AF_INET, kind)
                    s.connect((host or "127.0.0.1", int(port)))
                    if not self._datagrams:
                        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket = s
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _say_hello(self):
        self._socket.send(Message(HELLO, schema=self._schema, payload=self._hello).encoded())

    def _prove(self, nonce):
        if not self._secret:
            raise Refused("the simulator asks for a secret")
        proof = hmac.digest(self._secret, nonce + self._hello, "sha256")
        self._socket.send(Message(PROOF, schema=self._schema, payload=proof).encoded())

    def _join(self):
        deadline = time.monotonic() + self.patience
        while self._session == 0:
            if self._socket is None:
                self._connect()
                self._data.clear()
                self._say_hello()
            try:
                self._socket.settimeout(_AGAIN if self._datagrams else max(deadline - time.monotonic(), 0.01))
                self._receive()
            except (TimeoutError, ConnectionError, Lost):
                if time.monotonic() > deadline:
                    raise
                if self._datagrams:
                    time.sleep(0.02)
                    self._say_hello()
                else:
                    self.close()
                    time.sleep(0.02)
        self._socket.settimeout(None)

    def _receive(self):
        """The next message, or None for one that is done with."""
        found = decoded(self._data)
        while found is None:
            try:
                more = self._socket.recv(65536)
            except ConnectionError:  # it closed with answers unread
                more = b""
            if self._datagrams:
                self._data = bytearray(more)
            elif not more:
                self.close()
                self._session = 0
                raise Lost("the simulator has closed the connection")
            else:
                self._data += more
            found = decoded(self._data)
        message, length = found
        del self._data[:length]
        if message.type == REFUSED:
            raise Refused(message.payload.decode(errors="replace").strip())
        if message.type == CHALLENGE:
            if message.schema == self._schema:
                self._prove(message.payload)
            return None
        if message.type == WELCOME and message.schema == self._schema and message.session != self._session:
            n = len(self._config_names)
            self.T_s, *values = struct.unpack_from(f"<{1 + n}d", message.payload)
            self.config = dict(zip(self._config_names, values))
            self.text = message.payload[8 + 8 * n:].decode(errors="replace")
            self._session, self._answered = message.session, None
            return None
        if message.type == STEP:
            if message.session != self._session or message.schema != self._schema:
                self._say_hello()  # of a simulator that does not know this controller
                return None
            if message.sequence == self._answered:
                self._socket.send(self._last)
                return None
        return message

    def _answer(self, step, payload):
        self._last = Message(ANSWER, step.sequence, self._session, self._schema, step.time_ns, payload).encoded()
        self._answered = step.sequence
        try:
            self._socket.send(self._last)
        except ConnectionError:
            pass  # it has gone; steps that came before, and its bye, are still to be read
