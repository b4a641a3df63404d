package io.channelindex.perf.process;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a Java process has used so far, asked of the operating system and of its virtual machine.
 * Figures that this machine or this process does not give are absent.
 */
public final class ProcessUsage {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessUsage.class);
  private static final String RESIDENT = "VmRSS:";
  private static final long BYTES_PER_KIB = 1_024;

  private final long pid;

  /**
   * @param pid the id of the process
   */
  public ProcessUsage(long pid) {
    this.pid = pid;
  }

  /** The processor time of all its threads; zero if the operating system does not tell. */
  public Duration cpu() {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  /** Bytes of memory that it holds; absent where there is no {@code /proc}. */
  public OptionalLong residentBytes() {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.isReadable(status)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(status, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIB)
          .findFirst();
    } catch (IOException e) {
      LOG.debug("Memory of a process cannot be read: pid={}", pid, e);
      return OptionalLong.empty();
    }
  }

  /**
   * Bytes of its heap that are in use after a garbage collection, which this brings about; absent
   * if the process cannot be attached to.
   */
  // The connector goes to a process of the suite's own, on this machine.
  @SuppressWarnings("BanJNDI")
  public OptionalLong liveHeapBytes() {
    try (JMXConnector connector = JMXConnectorFactory.connect(managementAddress())) {
      MemoryMXBean memory =
          ManagementFactory.newPlatformMXBeanProxy(
              connector.getMBeanServerConnection(),
              ManagementFactory.MEMORY_MXBEAN_NAME,
              MemoryMXBean.class);
      memory.gc();
      return OptionalLong.of(memory.getHeapMemoryUsage().getUsed());
    } catch (IOException | AttachNotSupportedException e) {
      LOG.debug("Heap of a process cannot be read: pid={}", pid, e);
      return OptionalLong.empty();
    }
  }

  /**
   * Bytes that its threads have allocated on the heap so far, of those that still run; absent if
   * the process cannot be attached to. Asking costs some allocation, too.
   */
  // The connector goes to a process of the suite's own, on this machine.
  @SuppressWarnings("BanJNDI")
  public OptionalLong allocatedBytes() {
    try (JMXConnector connector = JMXConnectorFactory.connect(managementAddress())) {
      ThreadMXBean threads =
          ManagementFactory.newPlatformMXBeanProxy(
              connector.getMBeanServerConnection(),
              ManagementFactory.THREAD_MXBEAN_NAME,
              ThreadMXBean.class);
      // Of a thread that has ended meanwhile it is -1.
      return OptionalLong.of(
          Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
              .map(bytes -> Math.max(0, bytes))
              .sum());
    } catch (IOException | AttachNotSupportedException e) {
      LOG.debug("Allocation of a process cannot be read: pid={}", pid, e);
      return OptionalLong.empty();
    }
  }

  private JMXServiceURL managementAddress() throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try {
      return new JMXServiceURL(machine.startLocalManagementAgent());
    } finally {
      machine.detach();
    }
  }
}
